"""What a registrar does about an entry that contradicts itself: sees both sides, and settles it once for good."""
