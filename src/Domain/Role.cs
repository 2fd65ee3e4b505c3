namespace S3Auth.Domain;

/// <summary>The role in which a caller sends a request. <see cref="SubnetRules.Decide"/> says who may act in which role.</summary>
public enum Role
{
    /// <summary>Uploads into its own folders, and reads them. If the request names a coldkey, that coldkey must own the hotkey.</summary>
    Miner,

    /// <summary>Reads all miners' folders.</summary>
    Validator,
}
