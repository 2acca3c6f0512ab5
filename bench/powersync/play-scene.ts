/** Plays one scene: started and told which by `processes.ts`. */
import type { Figures, Scene } from './scene.js';
import { appCommits } from './scenes/app-commits.js';
import { firstSync } from './scenes/first-sync.js';
import { restart } from './scenes/restart.js';
import { sealing } from './scenes/sealing.js';

process.once('disconnect', () => process.exit()); // nobody waits for it any longer
process.once('message', async (scene: Scene) => {
  const figures = await figuresOf(scene);
  process.send?.(figures, () => process.exit());
});

function figuresOf(scene: Scene): Promise<Figures> {
  switch (scene.name) {
    case 'first sync':
      return firstSync(scene);
    case 'app commits':
      return appCommits(scene);
    case 'sealing':
      return sealing(scene);
    case 'restart':
      return restart(scene);
  }
}
