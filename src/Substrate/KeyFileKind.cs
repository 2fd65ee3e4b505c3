namespace S3Auth.Substrate;

/// <summary>How a key file is kept.</summary>
public enum KeyFileKind
{
    /// <summary>Not encrypted: whoever reads it has the key.</summary>
    Plain,

    /// <summary>Encrypted with a password, the way that wallets do it today.</summary>
    Nacl,

    /// <summary>Encrypted by an early wallet, with Ansible's vault. Not read here.</summary>
    AnsibleVault,

    /// <summary>Encrypted by an early wallet, with Fernet. Not read here.</summary>
    Fernet,
}
