"""The owner's contacts: notes in `Contacts/`, vCards in and out, and changes of many notes as one action."""
