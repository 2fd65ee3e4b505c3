namespace S3Auth.Substrate;

/// <summary>Why a text is not an address, see <see cref="Ss58.TryDecode"/>.</summary>
public enum Ss58Error
{
    /// <summary>It is an address.</summary>
    None,

    /// <summary>A character is not in the base58 alphabet.</summary>
    NotBase58,

    /// <summary>It does not hold one prefix, 32 bytes of account id and two of checksum.</summary>
    WrongLength,

    /// <summary>It is shaped as an address of another network; prefix 42 is wanted.</summary>
    WrongPrefix,

    /// <summary>The checksum does not match: most likely a character is mistyped.</summary>
    BadChecksum,
}
