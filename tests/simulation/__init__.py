"""The whole employee in a simulated world: clock, disk, mail service and owner, all drawn from one seed."""
