"""Moving the owner's books over, and back."""
