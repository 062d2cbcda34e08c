"""THE WORLD: the Kubernetes API, asked for lists, followed by watches, and told a little.

::

    pullsecrets    credentials of Pods           namespaces    labels of namespaces
    webhookconfig  the CA bundle of one webhook configuration
    secretstore    Secrets of the own namespace    events        Events on Pods and workloads
    reports        report objects of one release
    reflector      one list, kept in memory, followed for good
    client         lists, watches, reading and writing of documents
    connection     one exchange: bounded, authenticated, its errors translated
    access         where the cluster is and who we are there
    wire           shapes of what the API server says     failures    what went wrong

Each line asks only what is below it. The official client is used for configuration, authentication
and transport; it is imported when a connection is opened, because that costs 15 MiB and a third of
a second. This room must never put what a Secret or a kubeconfig holds into a message, use one of
the client's generated models, or write to an object that it was not named or has not made.
"""
