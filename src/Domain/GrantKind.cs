namespace S3Auth.Domain;

/// <summary>The kind of a grant. Each kind has a daily limit of its own.</summary>
public enum GrantKind
{
    /// <summary>Uploads and URLs for a miner.</summary>
    Miner,

    /// <summary>URLs for a validator.</summary>
    Validator,

    /// <summary>Temporary credentials, for a miner or a validator.</summary>
    Session,
}
