using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace S3Auth.Api.Tests;

/// <summary>How answers are written to clients that read fast, slowly, or not at all.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SlowReaderTests
{
    private const int ConnectionBuffer = 32 * 1024;
    private const int Megabyte = 1024 * 1024;

    // The timeout of everything that must happen.
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private readonly TestTime _time = new();
    private readonly SlowReaderQueue _readers = new(max: 2);
    private ResponseMemoryBudget _memory = null!;
    private ServiceProvider _services = null!;
    private Client _client = null!;

    [SetUp]
    public void SetUp() => Connect(Megabyte);

    [TearDown]
    public void TearDown() => _services.Dispose();

    [Test]
    public async Task Client_that_reads_gets_every_byte()
    {
        var bytes = new byte[3 * Megabyte];
        new Random(1).NextBytes(bytes);

        var writing = WriteAsync(bytes);
        var read = await _client.ReadAsync(bytes.Length);
        await writing;

        Content.AssertSame(read, bytes);
        Assert.That((_client.IsAborted, _memory.Taken), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task Client_that_does_not_read_is_dropped_after_ten_seconds_and_holds_one_chunk_until_then()
    {
        var writing = WriteAsync(new byte[8 * Megabyte]);
        Assert.That(() => _memory.Taken, Is.GreaterThan(0).After(60_000, 5));
        Assert.That(_client.Unread, Is.LessThanOrEqualTo(ConnectionBuffer + TimedWriter.ChunkBytes));

        _time.Advance(TimedWriter.ReadTimeout - TimeSpan.FromMilliseconds(1));
        await Task.Delay(20);
        Assert.That(writing.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That(async () => await writing.WaitAsync(Soon), Throws.InstanceOf<ConnectionAbortedException>());
        Assert.That((_client.IsAborted, _memory.Taken), Is.EqualTo((true, 0)));
    }

    [TestCase(8 * 1024, true)]
    [TestCase(24 * 1024, false)]
    public async Task Client_that_reads_slower_than_the_minimum_is_dropped(int bytesPerSecond, bool isDropped)
    {
        var writing = WriteAsync(new byte[2 * Megabyte]);
        for (var second = 0; second < 300 && !writing.IsCompleted; second++)
        {
            _client.Read(bytesPerSecond);

            // A connection continues to write when less than half of its buffer is full.
            await Wait.UntilAsync(() => writing.IsCompleted || (_time.HasWaitingTask && _client.Unread >= ConnectionBuffer / 2));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(
            async () => await writing.WaitAsync(Soon),
            isDropped ? Throws.InstanceOf<ConnectionAbortedException>() : Throws.Nothing);
        Assert.That(_client.IsAborted, Is.EqualTo(isDropped));
    }

    [Test]
    public async Task Slow_clients_stay_within_the_memory_budget()
    {
        Connect(2 * TimedWriter.BytesPerWait);
        var writing = new List<Task>();
        for (var i = 0; i < 4; i++)
        {
            _client = new Client(_services);
            writing.Add(WriteAsync(new byte[Megabyte]));
        }

        // Half of it is the share of one address: the first waits, the others are dropped at once.
        await Task.WhenAny(Task.WhenAll(writing.Skip(1)), Task.Delay(Soon));
        Assert.That(writing.Select(one => one.IsCanceled), Is.EqualTo(new[] { false, true, true, true }));
    }

    [Test]
    public async Task Requests_without_a_proof_take_no_memory_of_proved_ones_and_the_oldest_is_dropped()
    {
        var clients = new List<Client>();
        var writing = new List<Task>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(_client = new Client(_services));
            writing.Add(WriteAsync(new byte[Megabyte], isProved: false));
        }

        Assert.That(() => clients[0].IsAborted, Is.True.After(60_000, 5));
        Assert.That((clients[1].IsAborted, clients[2].IsAborted, _memory.Taken), Is.EqualTo((false, false, 0)));
        Assert.That(() => _readers.Count, Is.EqualTo(2).After(60_000, 5));
        _time.Advance(TimedWriter.ReadTimeout);
        Assert.That(async () => await Task.WhenAll(writing.Skip(1)), Throws.InstanceOf<ConnectionAbortedException>());
        Assert.That(() => _readers.Count, Is.Zero.After(60_000, 5));
    }

    [Test]
    public async Task Large_answer_is_produced_while_it_is_written()
    {
        var made = 0;
        var answer = new FileList
        {
            Files = new Made(1000, number =>
            {
                made++;
                return new ListedFile($"data/{number}", 1, DateTimeOffset.UnixEpoch, "etag", new string('u', 4000));
            }),
            ExpiresInSeconds = 1,
        };

        var writing = FormatAsync(answer);
        Assert.That(() => _memory.Taken, Is.GreaterThan(0).After(60_000, 5));
        Assert.That(made, Is.LessThan(50), "a few pieces, not all of the 4 MB");
        var written = new List<byte>();
        while (!writing.IsCompleted || _client.Unread > 0)
        {
            written.AddRange(_client.Read(int.MaxValue));
            await Task.Delay(1);
        }

        await writing;
        using var json = JsonDocument.Parse(written.ToArray());
        Assert.That(json.RootElement.GetProperty("files").GetArrayLength(), Is.EqualTo(1000));
        Assert.That((made, _memory.Taken), Is.EqualTo((1000, 0)));
    }

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task Compressed_answer_is_produced_while_it_is_written_and_its_compressor_counts(string coding)
    {
        var made = 0;
        var writing = FormatLargeAsync(coding, () => made++);

        Assert.That(() => _memory.Taken, Is.EqualTo(CompressedWriter.CompressorBytes + TimedWriter.BytesPerWait).After(60_000, 5));
        Assert.That(made, Is.LessThan(150), "a few pieces, not all of the 4 MB");
        _time.Advance(TimedWriter.ReadTimeout);

        Assert.That(async () => await writing.WaitAsync(Soon), Throws.InstanceOf<ConnectionAbortedException>());
        Assert.That((_client.IsAborted, _memory.Taken), Is.EqualTo((true, 0)));
    }

    [TestCase(null)]
    [TestCase("gzip")]
    [TestCase("br")]
    public async Task Answer_to_a_client_that_disconnects_is_not_produced_further(string? coding)
    {
        var made = 0;
        var writing = FormatLargeAsync(coding, () => made++);
        Assert.That(() => _memory.Taken, Is.GreaterThanOrEqualTo(TimedWriter.BytesPerWait).After(60_000, 5));

        _client.Abort();
        await Task.WhenAny(writing, Task.Delay(Soon));

        Assert.That((writing.IsCompleted, _memory.Taken), Is.EqualTo((true, 0)));
        Assert.That(made, Is.LessThan(250));
    }

    [TestCase("gzip")]
    [TestCase("br")]
    public async Task Answer_without_memory_for_its_compressor_is_sent_as_it_is(string coding)
    {
        Connect(CompressedWriter.CompressorBytes);
        Assert.That(_memory.TryChange(new ResponseMemoryOwner(Hotkey: null, Client: 9), 0, Megabyte / 2));
        _client.Context.Request.Headers.AcceptEncoding = coding;

        var writing = FormatAsync(Answer(20, _ => new string('u', 1000)));
        var written = new List<byte>();
        while (!writing.IsCompleted || _client.Unread > 0)
        {
            written.AddRange(_client.Read(int.MaxValue));
            await Task.Delay(1);
        }

        await writing;
        Assert.That(_client.Context.Response.Headers.ContentEncoding, Is.Empty);
        using var json = JsonDocument.Parse(written.ToArray());
        Assert.That(json.RootElement.GetProperty("files").GetArrayLength(), Is.EqualTo(20));
    }

    [Test]
    public async Task Small_answer_to_a_full_connection_times_out_too()
    {
        // As with pipelined requests whose answers nobody reads.
        _client.Fill(2 * ConnectionBuffer);

        var writing = FormatAsync(new Controllers.Liveness("ok"));
        Assert.That(writing.IsCompleted, Is.False);
        _time.Advance(TimedWriter.ReadTimeout);

        Assert.That(async () => await writing.WaitAsync(Soon), Throws.InstanceOf<ConnectionAbortedException>());
        Assert.That(_client.IsAborted);
    }

    // The most that docs/limits.md says: four bytes of a key come back in twelve, four times.
    [TestCase("\U0001f600", 4, 8)]
    [TestCase("a", 1, 4)]
    public async Task Answer_about_files_is_bounded_by_its_request(string character, int bytes, int mostMegabytes)
    {
        using var service = new Service();
        using var validator = KeyPair.FromUri("//Alice");
        using var coldkey = KeyPair.FromUri("//Bob//cold");
        var prefix = $"data/x/{coldkey.AccountId}/";
        var keys = Enumerable.Range(1000, 1000).Select(i =>
            $"{prefix}{i}{string.Concat(Enumerable.Repeat(character, (520 - prefix.Length - 8) / bytes))}");
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signature = validator.Sign(Encoding.UTF8.GetBytes($"s3:validator:files:{coldkey.AccountId}:{validator.AccountId}:{timestamp}"));

        // Each key as it is, which is the shortest way to send it.
        var body = Encoding.UTF8.GetBytes(
            $$"""{"hotkey":"{{validator.AccountId}}","timestamp":{{timestamp}},"signature":"{{signature}}","miner_coldkey":"{{coldkey.AccountId}}","file_keys":[{{string.Join(',', keys.Select(key => $"\"{key}\""))}}]}""");
        Assert.That(body.Length, Is.InRange(500_000, RequestBody.MaxBytes));
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await service.PostAsync("/get-file-presigned-urls", content);

        Assert.That(answer.Status, Is.EqualTo(200), answer.Text[..Math.Min(500, answer.Text.Length)]);
        Assert.That(JsonDocument.Parse(answer.Text).RootElement.GetProperty("successful_urls").GetInt32(), Is.EqualTo(1000));
        Assert.That(Encoding.UTF8.GetByteCount(answer.Text), Is.LessThan(mostMegabytes * Megabyte));
    }

    // The most that docs/limits.md says: four bytes of a path come back in twelve, three times.
    [TestCase("\U0001f600", 4, 8)]
    [TestCase("a", 1, 4)]
    public async Task Answer_about_uploads_is_bounded_by_its_request(string character, int bytes, int mostMegabytes)
    {
        using var service = new Service();
        await service.WaitForUploadsAsync();
        var name = string.Concat(Enumerable.Repeat(character, 240 / bytes));
        var files = string.Join(
            ',', Enumerable.Range(1000, 1000).Select(i => $$"""{"path":"{{name}}/{{name}}/{{i}}","size":1024}"""));
        var proof = JsonSerializer.Serialize(Service.FolderAccess());
        var body = Encoding.UTF8.GetBytes($$"""{{proof[..^1]}},"overwrite":true,"files":[{{files}}]}""");
        Assert.That(body.Length, Is.InRange(500_000, RequestBody.MaxBytes));
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await service.PostAsync("/get-file-upload-urls", content);

        Assert.That(answer.Status, Is.EqualTo(200), answer.Text[..Math.Min(500, answer.Text.Length)]);
        Assert.That(JsonDocument.Parse(answer.Text).RootElement.GetProperty("files").EnumerateObject().Count(), Is.EqualTo(1000));
        Assert.That(Encoding.UTF8.GetByteCount(answer.Text), Is.InRange((mostMegabytes - 4) * Megabyte, mostMegabytes * Megabyte));
    }

    private static FileList Answer(int files, Func<int, string> url) => new()
    {
        Files = new Made(
            files, number => new ListedFile($"data/{number}", 1, DateTimeOffset.UnixEpoch, "etag", url(number))),
        ExpiresInSeconds = 1,
    };

    // An answer of 4 MB that hardly becomes smaller.
    private Task FormatLargeAsync(string? coding, Action onMade)
    {
        Connect(16L * Megabyte);
        _client.Context.Request.Headers.AcceptEncoding = coding;
        var random = new Random(1);
        return FormatAsync(Answer(1000, _ =>
        {
            onMade();
            return random.GetHexString(4000);
        }));
    }

    private void Connect(long memory)
    {
        _memory = new ResponseMemoryBudget(memory);
        _services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton<ApiMetrics>()
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton(_memory)
            .AddSingleton(_readers)
            .AddScoped<RequestOrigin>()
            .BuildServiceProvider();
        _client = new Client(_services);
    }

    private Task WriteAsync(byte[] bytes, bool isProved = true) =>
        new TimedStream(new TimedWriter(_client.Context, isProved)).WriteAsync(bytes).AsTask();

    private Task FormatAsync(object answer) => new WireJsonOutputFormatter().WriteAsync(
        new OutputFormatterWriteContext(
            _client.Context, (stream, encoding) => new StreamWriter(stream, encoding), answer.GetType(), answer));

    /// <summary>A list whose items are made when they are read.</summary>
    private sealed class Made(int count, Func<int, ListedFile> make) : IReadOnlyList<ListedFile>
    {
        public int Count => count;

        public ListedFile this[int index] => make(index);

        public IEnumerator<ListedFile> GetEnumerator() => Enumerable.Range(0, count).Select(make).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>The other end of a connection whose buffer is as large as the server's.</summary>
    private sealed class Client : IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
    {
        private readonly Pipe _pipe = new(
            new PipeOptions(
                pauseWriterThreshold: ConnectionBuffer,
                resumeWriterThreshold: ConnectionBuffer / 2,
                useSynchronizationContext: false));

        internal Client(IServiceProvider services)
        {
            Context = new DefaultHttpContext { RequestServices = services, Request = { Method = HttpMethods.Post } };
            Context.Features.Set<IHttpResponseBodyFeature>(this);
            Context.Features.Set<IHttpRequestLifetimeFeature>(this);
        }

        internal DefaultHttpContext Context { get; }

        internal bool IsAborted { get; private set; }

        /// <summary>How much the client has not read yet.</summary>
        internal long Unread
        {
            get
            {
                if (IsAborted || !_pipe.Reader.TryRead(out var read))
                {
                    return 0;
                }

                _pipe.Reader.AdvanceTo(read.Buffer.Start);
                return read.Buffer.Length;
            }
        }

        public PipeWriter Writer => _pipe.Writer;

        public Stream Stream => _pipe.Writer.AsStream();

        public CancellationToken RequestAborted { get; set; }

        public void Abort()
        {
            IsAborted = true;
            _pipe.Reader.Complete();
        }

        /// <summary>
        /// Leaves bytes of earlier answers in the buffer. They are not flushed here: a pipe takes one flush at a time, as the server does.
        /// </summary>
        internal void Fill(int bytes) => _pipe.Writer.Write(new byte[bytes]);

        internal byte[] Read(int most)
        {
            if (IsAborted || !_pipe.Reader.TryRead(out var read))
            {
                return [];
            }

            var taken = read.Buffer.Slice(0, Math.Min(most, read.Buffer.Length));
            var bytes = taken.ToArray();
            _pipe.Reader.AdvanceTo(taken.End);
            return bytes;
        }

        internal async Task<byte[]> ReadAsync(int length)
        {
            var bytes = new List<byte>(length);
            while (bytes.Count < length)
            {
                var read = await _pipe.Reader.ReadAsync();
                bytes.AddRange(read.Buffer.ToArray());
                _pipe.Reader.AdvanceTo(read.Buffer.End);
            }

            return [.. bytes];
        }

        public void DisableBuffering()
        {
        }

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
