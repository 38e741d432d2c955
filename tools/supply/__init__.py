"""What the system is made of (供应链): its parts, their list, and what is known against them."""
