namespace S3Auth.Api.Pages;

/// <summary>All that the page shows.</summary>
public sealed class HomeModel
{
    /// <summary>How the service is.</summary>
    public required Status Status { get; init; }

    /// <summary>The hotkey that was asked about; null where none was.</summary>
    public required CheckedHotkey? Check { get; init; }

    /// <summary>The smallest file.</summary>
    public required long MinBytes { get; init; }

    /// <summary>The largest file.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Whether the snippets' address is the operator's word.</summary>
    public required bool IsAddressKnown { get; init; }

    /// <summary>The snippets.</summary>
    public required HowTo HowTo { get; init; }

    /// <summary>What the page is shown with.</summary>
    public required Assets Assets { get; init; }
}
