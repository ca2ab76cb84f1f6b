"""What the tutorials show a model to say, word for word."""

from __future__ import annotations

QUESTION = "How many languages are in the world?"

PLAIN = (
    "As of now, it's estimated that there are about 7,000 languages spoken around the world. However, this "
    "number can vary as some languages become extinct and new ones develop. It's also important to note that "
    "the number of speakers can greatly vary between languages, with some having millions of speakers and "
    "others only a few hundred."
)
"""The answer of a model that does not think aloud: 72 tokens."""

THINKING = (
    "Okay, the user is asking how many languages exist in the world. I need to provide a clear and accurate "
    "answer. Let's start by recalling the general consensus from linguistic sources. I remember that the "
    "number often cited is around 7,000, but maybe I should check some reputable organizations.\n\n"
    "Ethnologue is a well-known resource for language data, and I think they list about 7,000 languages. But "
    "wait, do they update their numbers? It might be around 7,100 or so. Also, the exact count can vary "
    "because some sources might categorize dialects differently or have more recent data. \n\n"
    "Another thing to consider is language endangerment. Many languages are endangered, with some having "
    "only a few speakers left. Organizations like UNESCO track endangered languages, so mentioning that adds "
    "context. Also, the distribution isn't even. Some countries have hundreds of languages, like Papua New "
    "Guinea with over 800, while others have just a few. \n\n"
    "A user might also wonder why the exact number is hard to pin down. It's because the distinction between "
    "a language and a dialect can be political or cultural. For example, Mandarin and Cantonese are "
    "considered dialects of Chinese by some, but they're mutually unintelligible, so others classify them as "
    "separate languages. Also, some regions are under-researched, making it hard to document all languages. \n\n"
    "I should also touch on language families. The 7,000 languages are grouped into families like "
    "Indo-European, Sino-Tibetan, Niger-Congo, etc. Maybe mention a few of the largest families. But wait, "
    "the question is just about the count, not the families. Still, it's good to provide a bit more context. \n\n"
    "I need to make sure the information is up-to-date. Let me think – recent estimates still hover around "
    "7,000. However, languages are dying out rapidly, so the number decreases over time. Including that note "
    "about endangerment and language extinction rates could be helpful. For instance, it's often stated that "
    "a language dies every few weeks. \n\n"
    "Another point is sign languages. Does the count include them? Ethnologue includes some, but not all "
    "sources might. If the user is including sign languages, that adds more to the count, but I think the "
    "7,000 figure typically refers to spoken languages. For thoroughness, maybe mention that there are also "
    "over 300 sign languages. \n\n"
    "Summarizing, the answer should state around 7,000, mention Ethnologue's figure, explain why the exact "
    "number varies, touch on endangerment, and possibly note sign languages as a separate category. Also, a "
    "brief mention of Papua New Guinea as the most linguistically diverse country. \n\n"
    "Wait, let me verify Ethnologue's current number. As of their latest edition (25th, 2022), they list "
    "7,168 living languages. But I should check if that's the case. Some sources might round to 7,000. Also, "
    "SIL International publishes Ethnologue, so citing them as reference makes sense. \n\n"
    "Other sources, like Glottolog, might have a different count because they use different criteria. "
    "Glottolog might list around 7,000 as well, but exact numbers vary. It's important to highlight that the "
    "count isn't exact because of differing definitions and ongoing research. \n\n"
    "In conclusion, the approximate number is 7,000, with Ethnologue being a key source, considerations of "
    "endangerment, and the challenges in counting due to dialect vs. language distinctions. I should make "
    "sure the answer is clear, acknowledges the variability, and provides key points succinctly."
)

REASONED = (
    "The exact number of languages in the world is challenging to determine due to differences in "
    "definitions (e.g., distinguishing languages from dialects) and ongoing documentation efforts. However, "
    "widely cited estimates suggest there are approximately **7,000 languages** globally."
)
"""The answer after THINKING: 886 tokens with it and its tags."""
