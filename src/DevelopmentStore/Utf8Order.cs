namespace S3Auth.DevelopmentStore;

/// <summary>The order of S3 listings: by the UTF-8 bytes. It differs from .NET's ordinal order beyond U+FFFF.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
}
