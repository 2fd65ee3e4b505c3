namespace S3Auth.Domain;

/// <summary>What a grant gives access with. The grants of each kind have a daily limit of their own.</summary>
public enum GrantKind
{
    /// <summary>Uploads and URLs for a miner.</summary>
    Miner,

    /// <summary>URLs for a validator.</summary>
    Validator,

    /// <summary>Temporary credentials, for a miner or a validator.</summary>
    Session,
}
