namespace S3Auth.Substrate;

/// <summary>Describes an <see cref="Ss58Error"/> for people.</summary>
public static class Ss58ErrorExtensions
{
    /// <summary>Returns one sentence that says what is wrong with the text.</summary>
    public static string Describe(this Ss58Error error) => error switch
    {
        Ss58Error.None => "This is an SS58 address.",
        Ss58Error.NotBase58 => "This is not an SS58 address: it has a character outside the base58 alphabet.",
        Ss58Error.WrongLength => $"This is not an SS58 address: an address with prefix {Ss58.Prefix} has {Ss58.TextLength} characters.",
        Ss58Error.WrongPrefix =>
            $"This is an SS58 address of another network: give the same account with prefix {Ss58.Prefix} (it begins with 5).",
        Ss58Error.BadChecksum => "This is not an SS58 address: its checksum does not match, most likely a character is mistyped.",
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, message: null),
    };
}
