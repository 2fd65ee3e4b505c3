namespace S3Auth.Substrate;

/// <summary>How a key file is encrypted.</summary>
public enum KeyFileKind
{
    /// <summary>Not encrypted.</summary>
    Plain,

    /// <summary>Encrypted with a password, as current wallets do.</summary>
    Nacl,

    /// <summary>Encrypted with Ansible Vault by an early wallet. Not supported.</summary>
    AnsibleVault,

    /// <summary>Encrypted with Fernet by an early wallet. Not supported.</summary>
    Fernet,
}
