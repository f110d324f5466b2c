"""What customers may ask of a vendor that holds their data, and how a vendor answers."""
