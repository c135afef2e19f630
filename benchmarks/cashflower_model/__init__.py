"""A cashflower model: ``input`` the policies, ``model`` the variables of one policy."""
