"""`vrm offer ask`, `vrm vendor questions`, `vrm vendor reply`: words before an agreement."""

from __future__ import annotations

import click

from vrmnode.cli.locales import marked
from vrmnode.cli.owner import language_option, said
from vrmnode.cli.safe_text import one_line
from vrmnode.cli.session import session, shared_options
from vrmnode.cli.show import entries, hanging, moment, short


@click.command()
@click.argument("offer_id", metavar="OFFER")
@click.argument("text", metavar="TEXT")
@language_option
@shared_options
def ask(offer_id: str, text: str, language: str | None) -> None:
    """Ask the vendor about an offer.

    At most 8 questions in a deal, up to 500 characters each. The vendor learns what you write and
    nothing else about you. An answer binds nobody; it comes with: vrm offer show OFFER

    \b
    Example:
      vrm offer ask 9f8e7d6c5b4a "Is it the second edition?"
    """
    here = session()
    value = here.client.post("offers", offer_id, "question", body=said(text, language))
    here.result(value, lambda: f"asked; see the answer with: vrm offer show {offer_id}")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also those answered, or come too late.")
@shared_options
def questions(everything: bool) -> None:
    """List the questions of customers.

    Those that wait for an answer, the newest first.

    \b
    Example:
      vrm vendor questions --json
    """
    here = session()
    value = here.client.get("vendor", "questions", all="true" if everything else None)
    here.result(value, lambda: questions_words(entries(value, "questions")))


def questions_words(found: list[dict[str, object]]) -> str:
    """Questions with their answers, for people."""
    if not found:
        return "no questions"
    return "\n".join(line for each in found for line in _lines(each))


def _lines(each: dict[str, object]) -> list[str]:
    about = one_line(each.get("item_name") or f"offer {short(each.get('offer'))}")
    head = f"{short(each.get('question'))}  {moment(each.get('asked_at'))}  {about}"
    lines = [head, f"  ? {hanging(marked(each.get('text'), each.get('in_language')))}"]
    if each.get("answer"):
        lines.append(f"  = {hanging(marked(each['answer'], each.get('answer_in_language')))}")
    return lines


@click.command()
@click.argument("question_id", metavar="QUESTION")
@click.argument("text", metavar="TEXT")
@language_option
@shared_options
def reply(question_id: str, text: str, language: str | None) -> None:
    """Answer a customer's question.

    Once, in up to 1,000 characters, while the offer is open. What you write binds nobody; what is
    to bind has to stand in an offer.

    \b
    Example:
      vrm vendor reply 7a6b5c4d3e2f "Yes, the second edition of 1988."
    """
    here = session()
    path = ("vendor", "questions", question_id, "answer")
    value = here.client.post(*path, body=said(text, language))
    here.result(value, lambda: f"answered: question {short(value.get('question') or question_id)}")
