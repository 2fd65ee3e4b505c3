namespace S3Auth.Substrate;

/// <summary>The reason why a text is not an address; see <see cref="Ss58.TryDecode"/>.</summary>
public enum Ss58Error
{
    /// <summary>The text is an address.</summary>
    None,

    /// <summary>A character is not in the base58 alphabet.</summary>
    NotBase58,

    /// <summary>The text does not contain one prefix, 32 bytes of account id and two bytes of checksum.</summary>
    WrongLength,

    /// <summary>The text looks like an address of another network; only prefix 42 is accepted.</summary>
    WrongPrefix,

    /// <summary>The checksum does not match, most likely because of a mistyped character.</summary>
    BadChecksum,
}
