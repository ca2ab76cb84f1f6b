"""What every part of the emulator stands on: wire forms, addresses, the World. Knows no resource type and no route."""
