namespace S3Auth.Api.Pages;

/// <summary>Makes a value at its first use and keeps it. A failure is not kept: the next use tries again. Thread-safe.</summary>
internal sealed class MadeOnce<T>(Func<Task<T>> make)
{
    private readonly Lock _gate = new();
    private Task<T>? _made;

    internal Task<T> GetAsync()
    {
        lock (_gate)
        {
            if (_made is null || _made.IsFaulted || _made.IsCanceled)
            {
                _made = make();
            }

            return _made;
        }
    }
}
