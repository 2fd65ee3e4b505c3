namespace S3Auth.Application.Pipeline;

/// <summary>
/// Who was proved to ask, one per request. Handlers take the caller from here and never from the request, so a handler that was
/// reached unproved fails instead of granting.
/// </summary>
public sealed class Caller
{
    private Neuron? _neuron;

    /// <summary>The caller as the chain knows it.</summary>
    /// <exception cref="InvalidOperationException">Nobody was proved.</exception>
    public Neuron Neuron => _neuron ?? throw new InvalidOperationException("No caller was proved for this request.");

    /// <summary>The metagraph the decision was made on.</summary>
    /// <exception cref="InvalidOperationException">Nobody was proved.</exception>
    public Metagraph Metagraph
    {
        get => field ?? throw new InvalidOperationException("No caller was proved for this request.");
        private set;
    }

    /// <summary>Whether anybody was.</summary>
    internal bool IsProved => _neuron is not null;

    /// <summary>What proved it.</summary>
    /// <exception cref="InvalidOperationException">Nobody was proved.</exception>
    internal IReadOnlyList<Proof> Proofs
    {
        get => field ?? throw new InvalidOperationException("No caller was proved for this request.");
        private set;
    }

    internal void Prove(Neuron neuron, Metagraph metagraph, IReadOnlyList<Proof> proofs)
    {
        _neuron = neuron;
        Metagraph = metagraph;
        Proofs = proofs;
    }
}
