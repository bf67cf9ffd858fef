"""Verifies SD-JWTs with another implementation: reads [{"envelope", "jwk"}] on stdin, writes [{"claims"} or {"error"}] on stdout."""
import json
import sys

from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier


def verify(case):
    try:
        key = JWK.from_json(json.dumps(case["jwk"]))
        return {"claims": SDJWTVerifier(case["envelope"], lambda _issuer, _header: key).get_verified_payload()}
    except Exception as error:  # whatever it is refused for
        return {"error": type(error).__name__}


json.dump([verify(case) for case in json.load(sys.stdin)], sys.stdout)
