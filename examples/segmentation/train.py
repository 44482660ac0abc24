"""Trains the network of network.py in a loop of its own."""

import numpy as np
import tensorflow as tf
from network import SIZE, unet

CLASSES = 4

model = unet(CLASSES)
optimizer = tf.keras.optimizers.Adam(1e-3)
cross_entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def train_step(images: tf.Tensor, masks: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape() as tape:
        predictions = model(images, training=True)
        loss = cross_entropy(masks, predictions)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


if __name__ == "__main__":
    random = np.random.default_rng(0)
    images = random.random((8, SIZE, SIZE, 3), dtype="float32")
    masks = random.integers(0, CLASSES, (8, SIZE * SIZE))
    for _ in range(2):
        print(float(train_step(tf.constant(images), tf.constant(masks))))
