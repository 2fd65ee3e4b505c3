namespace S3Auth.Api.Tests;

/// <summary>Files of the repository: some tests hold its pages to its code.</summary>
internal static class RepositoryFiles
{
    internal static string PathOf(string file) => Path.Combine(Repository.Root, file);

    /// <summary>A file's text, with the line ends of every system made one.</summary>
    internal static string Read(string file) => File.ReadAllText(PathOf(file)).ReplaceLineEndings("\n");

    /// <summary>
    /// Holds the part of a page between two marks to what the code says: it is that, or, where pages are to be written
    /// (<c>./build.sh --target=Pages</c>), becomes that.
    /// </summary>
    internal static async Task HoldAsync(string page, string begin, string end, string part)
    {
        var text = Read(page);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        Assert.That(from, Is.Not.Negative.And.LessThan(to), $"{page} has no place for it.");
        var written = text[..from] + begin + "\n" + part + text[to..];
        if (Environment.GetEnvironmentVariable("S3AUTH_WRITE_PAGES") == "true")
        {
            await File.WriteAllTextAsync(PathOf(page), written);
            return;
        }

        Assert.That(text, Is.EqualTo(written), $"./build.sh --target=Pages writes {page} anew");
    }
}
