"""Will a customer leave? A table of numbers, one answer: yes or no."""

import keras
import numpy as np
from keras import layers

FEATURES = 12


class ChurnModel(keras.Model):
    def __init__(self, units=(64, 32)):
        super().__init__()
        self.normalize = layers.Normalization()
        self.hidden = [layers.Dense(n, activation="relu") for n in units]
        self.drop = layers.Dropout(0.2)
        self.score = layers.Dense(1)

    def call(self, inputs, training=False):
        x = self.normalize(inputs)
        for layer in self.hidden:
            x = self.drop(layer(x), training=training)
        return self.score(x)


def main() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(512, FEATURES)).astype("float32")
    y = (x[:, 0] + x[:, 1] > 0).astype("float32")
    model = ChurnModel()
    model.normalize.adapt(x)
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=2)


if __name__ == "__main__":
    main()
