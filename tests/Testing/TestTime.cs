using Microsoft.Extensions.Time.Testing;

namespace S3Auth.Testing;

/// <summary>
/// A <see cref="FakeTimeProvider"/> that a test advances while other threads create, change and dispose timers. The base class sometimes
/// throws a <see cref="NullReferenceException"/> then.
/// </summary>
public class TestTime : FakeTimeProvider
{
    private readonly Lock _gate = new();

    public TestTime()
    {
    }

    public TestTime(DateTimeOffset start)
        : base(start)
    {
    }

    /// <summary>Advances the time and runs the callbacks of the timers that are due.</summary>
    public new void Advance(TimeSpan delta)
    {
        lock (_gate)
        {
            base.Advance(delta);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            return new LockedTimer(base.CreateTimer(callback, state, dueTime, period), _gate);
        }
    }

    private sealed class LockedTimer(ITimer timer, Lock gate) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (gate)
            {
                return timer.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            lock (gate)
            {
                timer.Dispose();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
