namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>A miner with thousands of files, some with unusual names.</summary>
/// <param name="Miner">The owner.</param>
/// <param name="Contents">The content of each file, by key.</param>
internal sealed record LargeFolder(Miner Miner, IReadOnlyDictionary<string, byte[]> Contents)
{
    // The first source has three pages of a thousand.
    private const int Files = 2500;

    // In layout coldkey: the number in the folder of the first source. The others are in the second.
    private const int OfFirstSource = 2050;

    private static readonly string[] OddNames =
    [
        "with space", "plus+sign", "percent%2Fslash", "percent%20", "a&b=c", "what?", "hash#mark", "größe-数据", "🙂", "a\u0301",
        "trailing-dot.", "double//slash",
        "triple///slash",
        "trailing-slash/",
        "'quotes'(and)[brackets]{braces}~!*",
        "\"double\"",
        "<tag>",
        "back\\slash",
        "semi;colon,comma:at@dollar$^`|",
        " leading",
        "trailing ",
        ".hidden", "...", "..dots", "\u202Ereversed", "\u2028separator", "deep/er/and/deep/er", "&amp;", "]]>", "null", "%00", "%", "%zz",
        "+", " ", "_",
    ];

    /// <summary>All keys in listing order: by source, then by the bytes of the key.</summary>
    public IReadOnlyList<string> Keys { get; } =
    [
        .. Contents.Keys.OrderBy(SourceOf).ThenBy(
            Encoding.UTF8.GetBytes,
            Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right))),
    ];

    public IReadOnlyList<string> KeysIn(string folder) => [.. Keys.Where(key => key.StartsWith(folder, StringComparison.Ordinal))];

    /// <summary>The keys with unusual names.</summary>
    public IEnumerable<string> OddKeys => Keys.Where(key => !key.EndsWith(".parquet", StringComparison.Ordinal));

    /// <summary>Stores the files in the deployment's bucket.</summary>
    public static async Task<LargeFolder> PutAsync(Deployment deployment)
    {
        var miner = deployment.NextMiner();
        var names = OddNames.Concat(
            Enumerable.Range(0, Files - OddNames.Length).Select(
                number => string.Create(CultureInfo.InvariantCulture, $"data_{number:D5}.parquet")));
        var keys = names.Select(
            (name, index) => deployment.FolderOf(miner, index < OfFirstSource ? "x" : "reddit") + deployment.PathOf(name)).ToList();
        if (deployment.Layout == FolderLayoutKind.Coldkey)
        {
            // The last page of the first source and the first page of the second both have some.
            keys.AddRange(OddNames.Select(name => deployment.FolderOf(miner, "reddit") + name));
        }

        var contents = keys.ToDictionary(
            key => key, key => Encoding.UTF8.GetBytes(key + new string('.', key.Length % 17)), StringComparer.Ordinal);
        await deployment.Bucket.PutAllAsync(contents);
        return new LargeFolder(miner, contents);
    }

    private static int SourceOf(string key) => key.StartsWith("data/reddit/", StringComparison.Ordinal) ? 1 : 0;
}
