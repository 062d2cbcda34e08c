"""Public cases about registries that do not apply: see ``keyring`` and ``challenges`` for the rest."""

LEFT_OUT = {
    "k8s-encode": "configurations are read and never written",
    "gcr-marshal": "configurations are read and never written",
    "gcr-env": "where a configuration is found is for webhook.settings",
    "k8s-secret-05": "which key of a Secret holds its type's data is for who reads Secrets",
    "k8s-secret-06": "which key of a Secret holds its type's data is for who reads Secrets",
    "gcr-k8s-06": "an option of that library: Secrets are taken from imagePullSecrets alone",
    "gcr-k8s-09": "an option of that library: Secrets are taken from imagePullSecrets alone",
    "tok-14": "a 401 from where a registry redirects to is final: nothing is exchanged there",
    "basic-02": "a credential is a name and a password, never a ready-made header",
    "basic-04": "a keychain of the product never raises",
    "err-": "of an error body only the specification's code is told, never its text",
    "foreign-": "foreign layers are never fetched",
    "temp-03": "a status decides, never the codes of a body without one",
}
"""Id or beginning of ids → why the case does not apply."""
