FROM localhost/named-user
USER toor
