namespace S3Auth.Cli.Output;

/// <summary>
/// Prints what the client waits for before a retry. Parallel transfers fail together for the same reason, so a reason is printed again only
/// for a later retry, or after its wait. Thread-safe.
/// </summary>
/// <param name="report">The output.</param>
/// <param name="time">The clock.</param>
internal sealed class RetryMessages(Report report, TimeProvider time)
{
    // A server could send a new reason each time, and fill the memory.
    private const int MaxReasons = 100;

    // Who waits this long wants to know more.
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Attempt, DateTimeOffset Until)> _shown = new(StringComparer.Ordinal);
    private bool _isHinted;

    internal void Show(RetryNotice notice)
    {
        bool isHint;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_shown.TryGetValue(notice.Reason, out var last) && notice.Attempt <= last.Attempt && now < last.Until)
            {
                return;
            }

            if (_shown.Count >= MaxReasons)
            {
                _shown.Clear();
            }

            _shown[notice.Reason] = (notice.Attempt, now + notice.Wait);
            isHint = notice.Wait >= LongWait && !_isHinted;
            _isHinted |= isHint;
        }

        report.Waiting(Describe(notice));
        if (isHint)
        {
            report.Waiting("hint: In another terminal, `s3auth check` finds the cause.");
        }
    }

    /// <summary>Describes a wait, such as "the server is not reachable: …; retry 2 of 5 in 1.0 s, Ctrl-C to stop".</summary>
    internal static string Describe(RetryNotice notice) => string.Create(
        CultureInfo.InvariantCulture,
        $"{notice.Reason}; retry {notice.Attempt} of {notice.MaxRetries} in {Amount.Duration(notice.Wait)}, Ctrl-C to stop");
}
