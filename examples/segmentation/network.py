"""A class for each pixel: an encoder, a decoder, and one row of classes a pixel at the end."""

import tensorflow as tf

SIZE = 64


def block(x: tf.Tensor, filters: int) -> tf.Tensor:
    x = tf.keras.layers.Conv2D(filters, 3, padding="same")(x)
    x = tf.keras.layers.BatchNormalization()(x)
    return tf.keras.layers.ReLU()(x)


def unet(classes: int) -> tf.keras.Model:
    inputs = tf.keras.Input((SIZE, SIZE, 3))
    skip = block(inputs, 16)
    x = block(tf.keras.layers.MaxPooling2D()(skip), 32)
    x = tf.keras.layers.UpSampling2D()(x)
    x = block(tf.keras.layers.Concatenate()([x, skip]), 16)
    x = tf.keras.layers.Conv2D(classes, 1, activation="softmax")(x)
    return tf.keras.Model(inputs, tf.keras.layers.Reshape((SIZE * SIZE, classes))(x))
