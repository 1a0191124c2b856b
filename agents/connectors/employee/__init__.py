"""The employee itself as a service: words to it that another assistant may propose, said once with the owner's yes."""
