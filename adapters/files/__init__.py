"""What lies on the disk beside the database: the pictures, and the folder that one service owns at a time."""
