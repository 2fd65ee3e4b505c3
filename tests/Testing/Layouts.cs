namespace S3Auth.Testing;

/// <summary>Layouts for tests.</summary>
public static class Layouts
{
    /// <summary>The subnet of <see cref="Of"/>.</summary>
    public const ushort Netuid = 46;

    /// <summary><c>data/hotkey={hotkey}/</c></summary>
    public static FolderLayout ByHotkey { get; } = Of(LayoutTemplate.Hotkey.Text);

    /// <summary><c>data/{source}/{coldkey}/</c> with these sources.</summary>
    public static FolderLayout ByColdkey(params string[] sources) => Of(LayoutTemplate.Coldkey.Text, sources);

    /// <summary>The layout of a template.</summary>
    /// <exception cref="ArgumentException">The template or a source is not valid.</exception>
    public static FolderLayout Of(string template, params string[] sources) =>
        LayoutTemplate.TryParse(template, out var parsed, out var problem)
        ? new FolderLayout(parsed, [.. sources.Select(SourceOf)], Netuid)
        : throw new ArgumentException(problem, nameof(template));

    private static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException($"'{name}' is not a source.", nameof(name));
}
