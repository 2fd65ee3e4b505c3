namespace S3Auth.Application.Pipeline;

/// <param name="PerHotkey">The maximum number of requests of one hotkey in flight at this instance; at least 1.</param>
public sealed record InFlightLimit(int PerHotkey)
{
    /// <summary>16, which is twice the concurrency of <c>s3auth</c> when it requests each file.</summary>
    public static readonly InFlightLimit Default = new(16);
}
