namespace S3Auth.Application.Pipeline;

/// <param name="PerHotkey">How many requests one hotkey may have in flight at this instance; at least 1.</param>
public sealed record InFlightLimit(int PerHotkey)
{
    /// <summary>Twice the concurrent requests of <c>s3auth</c> where it requests each file.</summary>
    public static readonly InFlightLimit Default = new(16);
}
