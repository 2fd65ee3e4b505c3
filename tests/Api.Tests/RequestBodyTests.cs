using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using S3Auth.Api.Json;
using S3Auth.Application.Refusals;

namespace S3Auth.Api.Tests;

public sealed class RequestBodyTests
{
    private const int Kibi = 1024;

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

        using (var body = await RequestBody.ReadAsync(Context(new MemoryStream(bytes)), memory, TimeProvider.System))
        {
            Assert.That(body.Bytes.ToArray(), Is.EqualTo(bytes));
        }

        Assert.That(memory.TryTake(RequestBody.MaxBytes), "all was given back");
    }

    [Test]
    public void Body_that_is_too_large_is_refused_and_its_memory_given_back()
    {
        var memory = new BodyMemory(RequestBody.MaxBytes);

        Assert.That(
            async () => await RequestBody.ReadAsync(Context(new MemoryStream(new byte[RequestBody.MaxBytes + 1])), memory, TimeProvider.System),
            Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(413));
        Assert.That(memory.TryTake(RequestBody.MaxBytes));
    }

    [Test]
    public void Length_that_is_only_claimed_costs_nothing()
    {
        var pipes = Enumerable.Range(0, 200).Select(_ => new Pipe()).ToList();
        var memory = new BodyMemory(mostBytes: 64 * Kibi);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reading = pipes.Select(pipe =>
        {
            var context = Context(pipe.Reader.AsStream());
            context.Request.ContentLength = RequestBody.MaxBytes;
            pipe.Writer.Write("{"u8);
            pipe.Writer.FlushAsync().AsTask().Wait();
            return RequestBody.ReadAsync(context, memory, TimeProvider.System);
        }).ToList();

        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 200, Is.LessThan(32 * Kibi), "bytes for each body of which one byte came");
        Assert.That(reading, Has.All.Property(nameof(Task.IsCompleted)).False);
        foreach (var pipe in pipes)
        {
            pipe.Writer.Complete();
        }

        Assert.That(async () => await Task.WhenAll(reading), Throws.Nothing);
    }

    [Test]
    public async Task Bodies_together_take_no_more_memory_than_they_may()
    {
        var memory = new BodyMemory(mostBytes: 64 * Kibi);
        using var first = await RequestBody.ReadAsync(Context(new MemoryStream(new byte[40 * Kibi])), memory, TimeProvider.System);

        Assert.That(
            async () => await RequestBody.ReadAsync(Context(new MemoryStream(new byte[40 * Kibi])), memory, TimeProvider.System),
            Throws.InstanceOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.ServerBusy));
        using var small = await RequestBody.ReadAsync(Context(new MemoryStream(new byte[Kibi])), memory, TimeProvider.System);
        Assert.That(small.Bytes.Length, Is.EqualTo(Kibi), "small ones always fit");

        first.Dispose();
        using var second = await RequestBody.ReadAsync(Context(new MemoryStream(new byte[40 * Kibi])), memory, TimeProvider.System);
        Assert.That(second.Bytes.Length, Is.EqualTo(40 * Kibi));
    }

    [Test]
    public void Body_that_does_not_come_is_given_up()
    {
        var (pipe, time) = (new Pipe(), new FakeTimeProvider());
        var reading = RequestBody.ReadAsync(Context(pipe.Reader.AsStream()), new BodyMemory(), time);

        time.Advance(RequestBody.Patience);

        Assert.That(
            async () => await reading,
            Throws.InstanceOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(408));
    }

    private static DefaultHttpContext Context(Stream body)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = body;
        return context;
    }
}
