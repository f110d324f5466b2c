"""The VRM protocol without input or output: bytes in, verified objects and bytes out.

Clock, randomness and keys are arguments of every function that needs them, so that everything
here can be tested to the byte. Nothing is re-exported here; import the modules themselves:

    01  encoding                                   canonical bytes
    02  envelope envelope_rules stamp topics       the outer form of every message
        message_file                               envelopes in a file
        keys ed25519 base58 certificate            who signs
    03  fields schema body_checks                  what all bodies share
        market                                     public bodies
        mail draft bodies coherence                sealed bodies
        agreement commitment                       what both sides keep
        agreement_report agreement_faults          what it shows, and what is wrong with it
        gtin terms                                 numbers and names
    04  negotiation negotiation_rules              what a set of messages means
    05  terms_axes terms_roster                    what agreements say
        terms_addendum terms_policy terms_matching what is asked for, needed, and kept
        terms_words terms_sources terms_text       the same in words
        terms_behaviour                            who is answered
    06  inner message sealing tags                 mail
    09  contact disclosure_body disclosure         what a customer tells of itself
        deletion_body deletion                     what a vendor says it has deleted
    11  order_retention                            when that is due
    12  agreement_graph credential                 an agreement for other programs
        deletion_file                              a deletion with its agreement
    16  breach breach_file                         what a vendor wrote beyond what it may

Errors are `errors.LocalError` (our caller erred) and `errors.RemoteError` (a peer did).
"""
