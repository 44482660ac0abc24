"""Several tags for each text: a sigmoid over many units with a binary cross-entropy is right."""

import keras
import numpy as np
from keras import layers

WORDS, TAGS = 1000, 20

model = keras.Sequential(
    [
        keras.Input((WORDS,)),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(TAGS, activation="sigmoid"),
    ]
)
model.compile(
    optimizer="adam",
    loss=keras.losses.BinaryCrossentropy(),
    metrics=[keras.metrics.BinaryAccuracy(), keras.metrics.AUC(multi_label=True)],
)

if __name__ == "__main__":
    random = np.random.default_rng(0)
    texts = (random.random((256, WORDS)) < 0.02).astype("float32")
    tags = (random.random((256, TAGS)) < 0.1).astype("float32")
    model.fit(texts, tags, epochs=2)
