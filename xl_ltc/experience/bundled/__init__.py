"""What the bundled study says in words."""
