namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Requests folder access at a constant rate. Each request has its own proof.</summary>
internal sealed class Load : IAsyncDisposable
{
    // A phase without requests proves nothing.
    private const int MinAsked = 10;

    private static readonly TimeSpan MaxLag = TimeSpan.FromSeconds(0.5);

    private readonly HttpClient _http;
    private readonly ConcurrentQueue<Outcome> _outcomes = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Func<Uri?> _next;
    private readonly IReadOnlyList<Miner> _miners;
    private readonly string _subject;
    private readonly Task _sending;
    private readonly List<(long Start, Task Ended)> _pending = [];
    private int _asked;

    private Load(string subject, Func<Uri?> next, IReadOnlyList<Miner> miners, int perSecond, SocketsHttpHandler? connections)
    {
        _http = new HttpClient(
            connections ?? new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 256 }) { Timeout =
                TimeSpan.FromMinutes(1) };
        (_subject, _next, _miners) = (subject, next, miners);
        _sending = SendAsync(TimeSpan.FromSeconds(1) / perSecond);
    }

    /// <summary>Number of grants so far.</summary>
    public int Granted => _outcomes.Count(outcome => outcome.Result == Outcome.Granted);

    public static Load Start(
        string subject, IReadOnlyList<Uri> services, IReadOnlyList<Miner> miners, int perSecond, SocketsHttpHandler? connections = null)
    {
        var turn = 0;
        return new Load(
            subject, () => services[(int)((uint)Interlocked.Increment(ref turn) % services.Count)], miners, perSecond, connections);
    }

    /// <summary>Chooses the instance for each request. Sends none while the choice is null.</summary>
    public static Load Start(string subject, Func<Uri?> next, IReadOnlyList<Miner> miners, int perSecond) =>
        new(subject, next, miners, perSecond, connections: null);

    /// <summary>
    /// Returns the outcomes of the requests that started during the action. If fewer than ten did, the phase lasts until ten have started.
    /// </summary>
    public async Task<Phase> DuringAsync(string name, Func<Task> passes)
    {
        var (from, asked) = (Stopwatch.GetTimestamp(), Volatile.Read(ref _asked));
        await passes();
        await Wait.UntilAsync(() => Volatile.Read(ref _asked) >= asked + MinAsked, "No request started.");
        var to = Stopwatch.GetTimestamp();

        // Wait for the requests that started in this phase.
        Task[] begun;
        lock (_pending)
        {
            begun = [.. _pending.Where(one => one.Start >= from && one.Start <= to).Select(one => one.Ended)];
        }

        await Task.WhenAll(begun);
        var outcomes = _outcomes.Where(outcome => outcome.Start >= from && outcome.Start <= to).ToList();
        var phase = new Phase(outcomes);
        Figures.Print(_subject, $"{name}: {phase}");
        return phase;
    }

    public Task<Phase> DuringAsync(string name, TimeSpan duration) => DuringAsync(name, () => Task.Delay(duration));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _sending;
        _http.Dispose();
        _end.Dispose();
    }

    private async Task SendAsync(TimeSpan interval)
    {
        var (start, due) = (Stopwatch.GetTimestamp(), TimeSpan.Zero);
        for (var i = 0; !_end.IsCancellationRequested; i++)
        {
            var ahead = due - Stopwatch.GetElapsedTime(start);
            if (ahead > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(ahead);
            }

            // After a pause, the missed requests are not sent all at once.
            due = (ahead < -MaxLag ? due - ahead : due) + interval;

            if (_next() is { } service)
            {
                var miner = _miners[i % _miners.Count];
                var begun = Stopwatch.GetTimestamp();
                var ended = Task.Run(() => AskAsync(service, miner, begun));
                lock (_pending)
                {
                    _pending.RemoveAll(one => one.Ended.IsCompleted);
                    _pending.Add((begun, ended));
                }

                Interlocked.Increment(ref _asked);
            }
        }

        Task[] pending;
        lock (_pending)
        {
            pending = [.. _pending.Select(one => one.Ended)];
        }

        await Task.WhenAll(pending);
    }

    private async Task AskAsync(Uri service, Miner miner, long start)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(ServiceClient.FolderAccessBody(miner).ToJsonString()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        string result;
        try
        {
            using var answer = await _http.PostAsync(new Uri(service, ServiceClient.FolderAccessPath), content);
            var text = await answer.Content.ReadAsStringAsync();

            // A proxy answers with a page without a code. It counts as a refusal too.
            var isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
            result = answer.StatusCode == HttpStatusCode.OK
                ? Outcome.Granted
                : $"{(int)answer.StatusCode} {(isJson ? System.Text.Json.Nodes.JsonNode.Parse(text)?["code"] : "without a code")}";
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or OperationCanceledException)
        {
            result =
                lost is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                    ? "not connected"
                    : $"lost ({lost.GetBaseException().Message})";
        }

        _outcomes.Enqueue(new Outcome(start, Stopwatch.GetElapsedTime(start), result));
    }

    private sealed record Outcome(long Start, TimeSpan Duration, string Result)
    {
        internal const string Granted = "granted";
    }

    /// <summary>The outcomes of the requests of one phase.</summary>
    internal sealed class Phase
    {
        private readonly SortedDictionary<string, int> _failures = new(StringComparer.Ordinal);

        internal Phase(System.Collections.IEnumerable outcomes)
        {
            var durations = new List<TimeSpan>();
            foreach (var outcome in outcomes.Cast<Outcome>())
            {
                durations.Add(outcome.Duration);
                if (outcome.Result == Outcome.Granted)
                {
                    Granted++;
                }
                else
                {
                    _failures[outcome.Result] = _failures.GetValueOrDefault(outcome.Result) + 1;
                }
            }

            durations.Sort();
            Asked = durations.Count;
            Longest = durations.Count > 0 ? durations[^1] : default;
            Usual = durations.Count > 0 ? durations[durations.Count / 2] : default;
        }

        public int Asked { get; }

        public int Granted { get; }

        public TimeSpan Longest { get; }

        public TimeSpan Usual { get; }

        /// <summary>Failures by kind, with their counts.</summary>
        public IReadOnlyDictionary<string, int> Failures => _failures;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Granted} of {Asked} granted ({(Asked == 0 ? 0 : 100.0 * Granted / Asked):F1} %), median "
                + $"{Usual.TotalMilliseconds:F0} ms, longest {Longest.TotalMilliseconds:F0} "
                + $"ms{string.Concat(_failures.Select(failure => $"; {failure.Value} x {failure.Key}"))}");
    }
}
