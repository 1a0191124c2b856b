"""Nothing can approve itself: an obedient brain and a scripted attacker, and what becomes of what they try."""
