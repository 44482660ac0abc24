"""Images of ten digits: a convolutional network, built in one function, compiled in another."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

CLASSES = 10


def build_model(width: int = 32) -> tf.keras.Model:
    inputs = tf.keras.Input(shape=(28, 28, 1))
    x = layers.Rescaling(1.0 / 255)(inputs)
    for filters in (width, 2 * width):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(CLASSES, activation="softmax")(x)
    return tf.keras.Model(inputs, outputs)


def train(model: tf.keras.Model, images: np.ndarray, labels: np.ndarray) -> None:
    model.compile(
        optimizer="adam",
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(images, labels, epochs=2, validation_split=0.1)


if __name__ == "__main__":
    random = np.random.default_rng(0)
    train(
        build_model(),
        random.integers(0, 256, (256, 28, 28, 1)).astype("float32"),
        random.integers(0, CLASSES, 256),
    )
