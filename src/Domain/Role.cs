namespace S3Auth.Domain;

/// <summary>As what a caller asks.</summary>
public enum Role
{
    /// <summary>A registered hotkey; where it names a coldkey, the chain's owner of the hotkey must be that coldkey.</summary>
    Miner,

    /// <summary>A registered hotkey with a validator permit and more than the minimum stake.</summary>
    Validator,
}
