using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Metrics about signatures and requests to the store, in the meter <see cref="MeterName"/>, and spans of these requests. No label contains
/// an address, a key or a prefix.
/// </summary>
internal sealed class StoreMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    internal const string MeterName = "S3Auth.Storage";

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _signed;
    private readonly ActivitySource _spans = new(ActivitySources.Name);
    private readonly TimeProvider _time;

    public StoreMetrics(IMeterFactory meters, StoreState state, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(MeterName);
        _duration = _meter.CreateHistogram<double>(
            "s3auth.store.duration",
            "s",
            "How long the object store took, by operation and outcome (ok, the code of the refusal, refused, policy_too_long, "
                + "cancelled).");
        _meter.CreateObservableGauge(
            "s3auth.store.problem",
            () => Problems(state.Current),
            "{problem}",
            "1 if the check of the object store found a problem, by subject: access, public_endpoint, post_uploads, put_uploads, sessions, "
                + "report.");
        _signed = _meter.CreateCounter<long>("s3auth.presigned", "{url}", "Presigned URLs and upload forms, by what they allow.");
    }

    private static Measurement<int>[] Problems(StoreFindings findings) =>
    [
        Problem("access", findings.Refusal ?? findings.CheckProblem),
        Problem("public_endpoint", findings.PublicEndpointProblem),
        Problem("post_uploads", findings.FormProblem),
        Problem("put_uploads", findings.PutProblem),
        Problem("sessions", findings.SessionProblem),
        Problem("report", findings.Checks.FirstOrDefault(check => check.Result == StoreCheckResult.Fail)?.Finding),
    ];

    private static Measurement<int> Problem(string about, string? problem) =>
        new(problem is null ? 0 : 1, new KeyValuePair<string, object?>("about", about));

    internal void Signed(string what) => _signed.Add(1, new KeyValuePair<string, object?>("operation", what));

    internal async Task<T> MeasureAsync<T>(string operation, Func<Task<T>> call)
    {
        using var span = _spans.StartActivity($"store {operation}", ActivityKind.Client);
        var start = _time.GetTimestamp();
        var outcome = "failed";
        try
        {
            var answer = await call();
            outcome = "ok";
            return answer;
        }
        catch (Exception failure)
        {
            outcome = failure switch
            {
                RefusedException refused => Refusal.Of(refused.Code).Name,
                SessionSourceException session => NameOf(session.Reason),
                OperationCanceledException => "cancelled",
                _ => outcome,
            };
            span?.SetStatus(ActivityStatusCode.Error, outcome);
            throw;
        }
        finally
        {
            _duration.Record(
                _time.GetElapsedTime(start).TotalSeconds,
                new KeyValuePair<string, object?>("operation", operation),
                new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    private static string NameOf(SessionSourceException.Kind reason) => reason switch
    {
        SessionSourceException.Kind.PolicyTooLong => "policy_too_long",
        SessionSourceException.Kind.Refused => "refused",
        SessionSourceException.Kind.Timeout => Refusal.Of(RefusalCode.StorageTimeout).Name,
        _ => Refusal.Of(RefusalCode.StorageUnavailable).Name,
    };

    public void Dispose()
    {
        _meter.Dispose();
        _spans.Dispose();
    }
}
