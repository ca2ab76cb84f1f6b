"""Talks with one deployed model: one question or many, each with all that was said before ahead of it.

    talk         a conversation going on: asks, gathers, remembers
    phrasing     what is sent: history, system prompt, files, images, as the model takes them; pure
    attachments  files and images as parts of a question; pure
    transcript   a conversation as a document, and back; pure

The history goes out without the thinking, as the models' makers ask for. What the catalogue says a model does not take
is either said before anything is sent (an image for a model that reads text, JSON from one that does not write it) or
put another way: the system prompt of a model that refuses one goes at the head of the first question.

A file's text goes in front of the question it is given with, fenced and under its name. It does not become messages of
its own: two user messages in a row are refused by some hosts, and a file is not something that anybody said. A
conversation that was saved is continued by saving to the same file, not by attaching it.

An answer that is none (nothing in it, broken off, stopped by the filter) raises, and leaves no trace in the history.
One that somebody stopped stays as far as it came: that is what he has read and may ask about. Nothing is asked twice:
a question costs money and may have been answered.

Rejected: keeping the conversation in `inference/`, which knows how to speak and not what was said; and in `cli/`, where
people who use azserve as a library could not have it.
"""

from azserve.chatting.phrasing import Question, Wishes
from azserve.chatting.talk import Answered, Talk

__all__ = ["Answered", "Question", "Talk", "Wishes"]
