using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace S3Auth.Api.Tests;

public sealed class RequestBodyTests
{
    private const int Kibi = 1024;

    // The timeout of everything that must happen.
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4 * Kibi)]
    [TestCase((4 * Kibi) + 1)]
    [TestCase(RequestBody.MaxBytes - 1)]
    [TestCase(RequestBody.MaxBytes)]
    public async Task Body_is_read_byte_for_byte(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var memory = new BodyMemory(RequestBody.MaxBytes);

        using (var body = await RequestBody.ReadAsync(Context(new MemoryStream(bytes)), memory, new TestTime()))
        {
            Content.AssertSame(body.Bytes.ToArray(), bytes);
        }

        Assert.That(memory.Taken, Is.Zero, "all was released");
    }

    [Test]
    public void Body_that_is_too_large_is_refused_and_its_memory_is_released()
    {
        var memory = new BodyMemory(RequestBody.MaxBytes);

        Assert.That(
            async () =>
                await RequestBody.ReadAsync(Context(new MemoryStream(new byte[RequestBody.MaxBytes + 1])), memory, new TestTime()),
            Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(413));
        Assert.That(memory.Taken, Is.Zero);
    }

    [TestCase(true, RequestBody.MaxBytes + 1)]
    [TestCase(false, RequestBody.MaxSmallBytes + 1)]
    public void Body_is_refused_before_it_comes_when_it_says_that_it_is_too_large(bool isLarge, long length)
    {
        var context = Context(new Pipe().Reader.AsStream(), isLarge);
        context.Request.ContentLength = length;

        var reading = RequestBody.ReadAsync(context, new BodyMemory(), new TestTime()).AsTask();

        Assert.That(reading.IsFaulted, Is.True, "nothing is waited for");
        Assert.That(
            async () => await reading,
            Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(413));
    }

    [Test]
    public void Announced_length_takes_no_memory()
    {
        var pipes = Enumerable.Range(0, 200).Select(_ => new Pipe()).ToList();
        var memory = new BodyMemory(maxBytes: 64 * Kibi);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reading = pipes.Select(pipe =>
        {
            var context = Context(pipe.Reader.AsStream());
            context.Request.ContentLength = RequestBody.MaxBytes;
            pipe.Writer.Write("{"u8);
            pipe.Writer.FlushAsync().AsTask().Wait();
            return RequestBody.ReadAsync(context, memory, new TestTime()).AsTask();
        }).ToList();

        Assert.That(
            (GC.GetAllocatedBytesForCurrentThread() - before) / 200,
            Is.LessThan(32 * Kibi),
            "bytes for each body of which one byte came");
        Assert.That(reading, Has.All.Property(nameof(Task.IsCompleted)).False);
        foreach (var pipe in pipes)
        {
            pipe.Writer.Complete();
        }

        Assert.That(async () => await Task.WhenAll(reading), Throws.Nothing);
    }

    [Test]
    public async Task Bodies_together_stay_within_the_memory_budget()
    {
        var memory = new BodyMemory(maxBytes: 64 * Kibi);
        using var first = await RequestBody.ReadAsync(Context(new MemoryStream(new byte[40 * Kibi])), memory, new TestTime());

        Assert.That(
            async () => await RequestBody.ReadAsync(Context(new MemoryStream(new byte[40 * Kibi])), memory, new TestTime()),
            Throws.InstanceOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.ServerBusy));
        using var small = await RequestBody.ReadAsync(Context(new MemoryStream(new byte[Kibi])), memory, new TestTime());
        Assert.That(small.Bytes.Length, Is.EqualTo(Kibi), "small ones always fit");

        first.Dispose();
        using var second = await RequestBody.ReadAsync(Context(new MemoryStream(new byte[40 * Kibi])), memory, new TestTime());
        Assert.That(second.Bytes.Length, Is.EqualTo(40 * Kibi));
    }

    [Test]
    public void Body_that_does_not_arrive_times_out()
    {
        var (pipe, time) = (new Pipe(), new TestTime());
        var reading = RequestBody.ReadAsync(Context(pipe.Reader.AsStream()), new BodyMemory(), time).AsTask();

        time.Advance(RequestBody.ArrivalTimeout);

        Assert.That(
            async () => await reading.WaitAsync(Soon),
            Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(408));
    }

    [TestCase(RequestBody.MaxSmallBytes, true)]
    [TestCase(RequestBody.MaxSmallBytes + 1, false)]
    public void Body_is_small_where_the_action_does_not_take_a_large_one(int length, bool taken)
    {
        async Task ReadAsync()
        {
            using var body = await RequestBody.ReadAsync(
                Context(new MemoryStream(new byte[length]), isLarge: false),
                new BodyMemory(),
                new TestTime());
        }

        Assert.That(
            ReadAsync,
            taken
                ? Throws.Nothing
                : Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(413));
    }

    [Test]
    public void Body_that_stalls_times_out_within_seconds()
    {
        var (time, memory) = (new TestTime(), new BodyMemory());
        var (pipe, reading) = Begin(memory, time, 257 * Kibi);

        for (var i = 0; i < 3; i++)
        {
            // A byte now and then is no progress.
            Send(pipe, 1);
            time.Advance(RequestBody.StallTimeout / 3);
        }

        Assert.That(
            async () => await reading.WaitAsync(Soon),
            Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(408));
        Assert.That(memory.Taken, Is.Zero);
    }

    [Test]
    public async Task Body_that_arrives_slowly_without_pauses_is_read()
    {
        var (time, memory) = (new TestTime(), new BodyMemory());
        var (pipe, reading) = Begin(memory, time, 8 * Kibi);

        for (var i = 0; i < 6; i++)
        {
            time.Advance(RequestBody.StallTimeout - TimeSpan.FromSeconds(1));
            Send(pipe, RequestBody.ProgressBytes);
        }

        await pipe.Writer.CompleteAsync();
        using var body = await reading;
        Assert.That(body.Bytes.Length, Is.EqualTo((8 * Kibi) + (6 * RequestBody.ProgressBytes)));
    }

    [Test]
    public void Body_that_takes_too_long_times_out_even_without_pauses()
    {
        var (time, memory) = (new TestTime(), new BodyMemory());
        var (pipe, reading) = Begin(memory, time, 8 * Kibi);

        var pause = TimeSpan.FromSeconds(2);
        for (var passed = pause; passed < RequestBody.ArrivalTimeout + pause; passed += pause)
        {
            time.Advance(pause);
            Send(pipe, RequestBody.ProgressBytes);
        }

        time.Advance(pause);
        Assert.That(
            async () => await reading.WaitAsync(Soon),
            Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(408));
        Assert.That(memory.Taken, Is.Zero);
    }

    [Test]
    public async Task Body_that_paused_longest_is_dropped_for_one_that_arrives()
    {
        var memory = new BodyMemory(maxBytes: 64 * Kibi);

        // The one that began first has brought more since: it is not the one that pauses.
        var (steady, arriving) = Begin(memory, new TestTime(), 20 * Kibi, client: 2);
        var (paused, pausing) = Begin(memory, new TestTime(), 20 * Kibi, client: 1);
        Send(steady, RequestBody.ProgressBytes);

        var context = Context(new MemoryStream(new byte[30 * Kibi]), client: 3);
        using (var body = await RequestBody.ReadAsync(context, memory, new TestTime()))
        {
            Assert.That(memory.Taken, Is.EqualTo(64 * Kibi), "never more than the budget");
            Assert.That(
                async () => await pausing.WaitAsync(Soon),
                Throws.InstanceOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.ServerBusy));
            await steady.Writer.CompleteAsync();
            using var other = await arriving;
            Assert.That(other.Bytes.Length, Is.EqualTo(24 * Kibi));
        }

        Assert.That(memory.Taken, Is.Zero);
        await paused.Writer.CompleteAsync();
    }

    [Test]
    public async Task Client_above_its_share_loses_its_own_bodies_only()
    {
        var memory = new BodyMemory(maxBytesPerClient: 64 * Kibi);
        var (others, other) = Begin(memory, new TestTime(), 20 * Kibi, client: 1);
        var (first, oldest) = Begin(memory, new TestTime(), 20 * Kibi, client: 2);
        var (second, newer) = Begin(memory, new TestTime(), 20 * Kibi, client: 2);

        var (third, newest) = Begin(memory, new TestTime(), 20 * Kibi, client: 2);

        Assert.That(
            async () => await oldest,
            Throws.InstanceOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.ServerBusy));
        foreach (var (pipe, reading) in new[] { (others, other), (second, newer), (third, newest) })
        {
            await pipe.Writer.CompleteAsync();
            using var body = await reading;
            Assert.That(body.Bytes.Length, Is.EqualTo(20 * Kibi));
        }

        await first.Writer.CompleteAsync();
        Assert.That(memory.Taken, Is.Zero);
    }

    [Test]
    public async Task Thousand_stalled_clients_do_not_block_others()
    {
        var memory = new BodyMemory();
        var held = Enumerable.Range(0, 1000).Select(client => Begin(memory, new TestTime(), 257 * Kibi, client)).ToList();

        for (var i = 0; i < 100; i++)
        {
            using var body = await RequestBody.ReadAsync(
                Context(new MemoryStream(new byte[100 * Kibi]), client: 2000 + i),
                memory,
                new TestTime());
            Assert.That(memory.Taken, Is.LessThanOrEqualTo(BodyMemory.MaxBytes));
        }

        foreach (var (pipe, _) in held)
        {
            await pipe.Writer.CompleteAsync();
        }

        await Task.WhenAll(held.Select(async one => await ((Task)one.Reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing)));
        foreach (var (_, reading) in held.Where(one => one.Reading.IsCompletedSuccessfully))
        {
            (await reading).Dispose();
        }

        Assert.That(memory.Taken, Is.Zero);
    }

    /// <summary>A body of which so much has come, and been taken.</summary>
    private static (Pipe Pipe, Task<RequestBody> Reading) Begin(BodyMemory memory, TimeProvider time, int bytes, int client = 0)
    {
        // What is sent has been taken over when Send returns.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var context = Context(Stream.Null, client: client);
        context.Features.Set<IRequestBodyPipeFeature>(new PipedBody(pipe.Reader));
        var reading = RequestBody.ReadAsync(context, memory, time).AsTask();
        Send(pipe, bytes);
        return (pipe, reading);
    }

    private static void Send(Pipe pipe, int bytes)
    {
        pipe.Writer.Write(new byte[bytes]);
        Assert.That(pipe.Writer.FlushAsync().AsTask().Wait(Soon), Is.True, "it is taken over");
    }

    private static DefaultHttpContext Context(Stream body, bool isLarge = true, int client = 0)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        context.Connection.RemoteIpAddress = new IPAddress([10, 0, (byte)(client >> 8), (byte)client]);
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(isLarge ? [new LargeBodyAttribute()] : []), "test"));
        return context;
    }

    private sealed class PipedBody(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
