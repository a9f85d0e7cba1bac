"""One task of Amazon ECS for each editor: `nurseryctl fleet`. AWS keeps all that is known of it."""
