namespace S3Auth.Application;

/// <summary>A source is one of the configured ones; where the layout has none, it is left out.</summary>
internal static class SourceRules
{
    /// <param name="rule">Of the request's source.</param>
    /// <param name="layout">Knows the sources.</param>
    /// <param name="leftOut">What is meant when it is left out.</param>
    internal static void IsConfigured<T>(this IRuleBuilder<T, Source?> rule, FolderLayout layout, string leftOut) => rule
        .Must(source => source is null || layout.Sources.Contains(source.Value))
        .WithMessage(layout.Sources.Count == 0
            ? "Leave out 'source': this deployment keeps one folder per hotkey and has no sources."
            : $"Send as 'source' one of: {string.Join(", ", layout.Sources)}; or leave it out for {leftOut}.");

    /// <summary>The folders of an owner that a request means: of its source, or all where it names none.</summary>
    internal static IReadOnlyList<Folder> FoldersOf(this FolderLayout layout, Substrate.AccountId owner, Source? source)
    {
        var all = layout.FoldersOf(owner);
        return source is { } one ? [.. all.Where(folder => folder.Source == one)] : all;
    }
}
