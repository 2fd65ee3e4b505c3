namespace S3Auth.Domain;

/// <summary>The role in which a caller sends a request.</summary>
public enum Role
{
    /// <summary>A registered hotkey. If the request names a coldkey, that coldkey must own the hotkey on the chain.</summary>
    Miner,

    /// <summary>A registered hotkey with a validator permit and more than the minimum stake.</summary>
    Validator,
}
