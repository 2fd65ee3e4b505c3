using Microsoft.Extensions.Time.Testing;

namespace S3Auth.Testing;

/// <summary>
/// A <see cref="FakeTimeProvider"/> that a test advances while other threads create, change and dispose timers. The base class sometimes
/// throws a <see cref="NullReferenceException"/> then.
/// </summary>
public class TestTime : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private int _waits;

    public TestTime()
    {
    }

    public TestTime(DateTimeOffset start)
        : base(start)
    {
    }

    /// <summary>
    /// Whether a task waits for the time, as in <see cref="Task.Delay(TimeSpan, TimeProvider)"/>. Always true while a
    /// <see cref="PeriodicTimer"/> exists. The timeout of a <see cref="CancellationTokenSource"/> does not count.
    /// </summary>
    public bool HasWaitingTask => Volatile.Read(ref _waits) > 0;

    /// <summary>Advances the time and runs the callbacks of the timers that are due.</summary>
    public new void Advance(TimeSpan delta)
    {
        lock (_gate)
        {
            base.Advance(delta);
        }
    }

    /// <summary>
    /// Advances the time in steps until the condition holds. Waits before each step until a task waits for the time, so that a busy machine
    /// does not need more steps than a fast one. Fails if the condition does not hold after <paramref name="atMost"/>.
    /// </summary>
    public async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan step, TimeSpan atMost)
    {
        for (var left = atMost; !condition() && left > TimeSpan.Zero; left -= step)
        {
            await Wait.UntilAsync(() => HasWaitingTask || condition(), "No task waits for the time.");
            if (!condition())
            {
                Advance(step < left ? step : left);
            }
        }

        await Wait.UntilAsync(condition, $"The time was advanced by {atMost}.");
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            return new LockedTimer(this, base.CreateTimer(callback, state, dueTime, period), isTimeout: state is CancellationTokenSource);
        }
    }

    private sealed class LockedTimer : ITimer
    {
        private readonly TestTime _time;
        private readonly ITimer _timer;
        private int _waits;

        internal LockedTimer(TestTime time, ITimer timer, bool isTimeout)
        {
            (_time, _timer, _waits) = (time, timer, isTimeout ? 0 : 1);
            _time._waits += _waits;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_time._gate)
            {
                return _timer.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            lock (_time._gate)
            {
                _timer.Dispose();
                _time._waits -= _waits;
                _waits = 0;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
